import { application } from "./base";
import { FollowingController } from "./controllers/following";
import { gateway } from "./live";

application.register("following", FollowingController);

gateway.connect();
