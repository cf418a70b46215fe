import "../base";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";

register({ "live-body": LiveBodyController });

gateway.connect();
