import { syntaxHighlighting } from "@codemirror/language";
import { classes } from "./classes";

export const colours = syntaxHighlighting(classes);
