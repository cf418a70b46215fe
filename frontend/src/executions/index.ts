import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";
import { ViewsController } from "../workspace/controllers/views";

register({ ...controllers, "live-body": LiveBodyController, views: ViewsController });

gateway.connect();
