import controllers from "controllers:./controllers";
import { register } from "../application";

register(controllers);
