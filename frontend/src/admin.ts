import { account, bindRequests } from "./account";
import { watchSession } from "./session";
import { refreshWhenOld } from "./stale";

// The administration has Django's own script; ours sees to it that nobody acts there as somebody else.
bindRequests();
watchSession();
refreshWhenOld();
account.watch();
