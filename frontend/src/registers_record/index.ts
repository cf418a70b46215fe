import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";
import { RegisterTextController } from "../registers_text/controllers/register_text";

register({ ...controllers, "live-body": LiveBodyController, "register-text": RegisterTextController });

gateway.connect();
