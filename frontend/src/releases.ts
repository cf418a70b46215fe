import { application } from "./base";
import { FollowingController } from "./controllers/following";
import { PageDialogController } from "./controllers/page_dialog";
import { PrintController } from "./controllers/print";
import { SignController } from "./controllers/sign";
import { gateway } from "./live";

application.register("following", FollowingController);
application.register("page-dialog", PageDialogController);
application.register("print", PrintController);
application.register("sign", SignController);

gateway.connect();
