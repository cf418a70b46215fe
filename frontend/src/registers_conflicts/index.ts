import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";
import { RegisterPlaceController } from "../registers_place/register_place";

register({ ...controllers, "live-body": LiveBodyController, "register-place": RegisterPlaceController });

gateway.connect();
