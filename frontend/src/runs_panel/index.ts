import controllers from "controllers:./controllers";
import { register } from "../application";
import { RunTextController } from "../runs/controllers/run_text";
import { useGateway } from "../runs/run_console";
import { project } from "../workspace/instance";

useGateway(project.gateway);
register({ ...controllers, "run-text": RunTextController });
