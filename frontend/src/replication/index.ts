import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";

register({ ...controllers, "live-body": LiveBodyController });

gateway.connect();
