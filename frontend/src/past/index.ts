import controllers from "controllers:./controllers";
import { register } from "../application";
import { colourTables } from "./colour";

colourTables(document);

register(controllers);
