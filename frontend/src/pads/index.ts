import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { SideTabsController } from "../controllers/side_tabs";
import { gateway } from "../live";
import { PadFormController } from "../pads_list/controllers/pad_form";
import { PadsPresenceController } from "../pads_list/controllers/pads_presence";
import { ViewsController } from "../workspace/controllers/views";
import { connect } from "./instance";

register({
  ...controllers,
  "live-body": LiveBodyController,
  "pad-form": PadFormController,
  "pads-presence": PadsPresenceController,
  "side-tabs": SideTabsController,
  views: ViewsController,
});

void connect(gateway);
