import { application } from "../base";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";

application.register("live-body", LiveBodyController);

gateway.connect();
