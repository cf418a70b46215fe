import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { addTexts, type Texts } from "../texts";

addTexts(JSON.parse(document.getElementById("attachment-texts")?.textContent ?? "{}") as Texts);
register(controllers);
