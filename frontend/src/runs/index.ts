import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { SideTabsController } from "../controllers/side_tabs";
import { gateway } from "../live";
import { useGateway } from "./run_console";

useGateway(gateway);
register({ ...controllers, "live-body": LiveBodyController, "side-tabs": SideTabsController });

gateway.connect();
