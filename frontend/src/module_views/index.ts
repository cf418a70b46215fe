import "../base";
import controllers from "controllers:./controllers";
import { register } from "../application";
import { LiveBodyController } from "../controllers/live_body";
import { gateway } from "../live";
import { RegisterFilterController } from "../registers/controllers/register_filter";
import { RegisterPopoverController } from "../registers/controllers/register_popover";
import "../registers/protocol";
import { RegisterPlaceController } from "../registers_place/register_place";
import { ViewsController } from "../workspace/controllers/views";

register({
  ...controllers,
  "live-body": LiveBodyController,
  "register-filter": RegisterFilterController,
  "register-place": RegisterPlaceController,
  "register-popover": RegisterPopoverController,
  views: ViewsController,
});

gateway.connect();
