import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { SideTabsController } from "../controllers/side_tabs";
import { gateway } from "../live";
import { ViewsController } from "../workspace/controllers/views";

register({ ...controllers, "side-tabs": SideTabsController, views: ViewsController });

gateway.connect();
