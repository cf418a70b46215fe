import "../base";
import controllers from "controllers:./controllers";
import ofProposals from "controllers:./proposal/controllers";
import { register } from "../application";
import { signalHeard } from "./heard";
import { signalInbox } from "./inbox_signal";
import { project } from "./instance";
import { followProjectName } from "./project_name";

register(controllers);
register(ofProposals);

signalInbox(project.gateway);
signalHeard(project.gateway);
followProjectName(project.gateway);
project.gateway.connect();
