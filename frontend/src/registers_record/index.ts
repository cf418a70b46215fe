import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";
import { RegisterPlaceController } from "../registers_place/register_place";
import { RegisterTextController } from "../registers_text/controllers/register_text";

register({ ...controllers, "live-body": LiveBodyController, "register-place": RegisterPlaceController, "register-text": RegisterTextController });

gateway.connect();
