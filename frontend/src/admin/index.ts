import { account, bindRequests } from "../account";
import { watchConnection, watchSession } from "../session";
import { refreshRestoredPage } from "../page_refresh";
import { openClickedRows } from "./rows";

// The administration has Django's own script; ours sees to it that nobody acts there as somebody else.
bindRequests();
watchSession();
watchConnection();
refreshRestoredPage();
openClickedRows();
account.watch();
