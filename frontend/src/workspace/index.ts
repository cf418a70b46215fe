import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { signalInbox } from "./inbox_signal";
import { project } from "./instance";
import { followProjectName } from "./project_name";

register(controllers);

signalInbox(project.gateway);
followProjectName(project.gateway);
project.gateway.connect();
