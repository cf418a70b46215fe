import { application } from "../base";
import { LiveBodyController } from "../controllers/live_body";
import { PageDialogController } from "./controllers/page_dialog";
import { PrintController } from "./controllers/print";
import { SignController } from "./controllers/sign";
import { gateway } from "../live";

application.register("live-body", LiveBodyController);
application.register("page-dialog", PageDialogController);
application.register("print", PrintController);
application.register("sign", SignController);

gateway.connect();
