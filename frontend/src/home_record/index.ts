import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { gateway } from "../live";

register(controllers);

gateway.connect();
