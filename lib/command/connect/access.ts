import { defer, of, type SchedulerLike } from "rxjs";
import { clientAccessUrl } from "../../emulator/client-access-url.js";
import { invalidHubName } from "../../protocol/names.js";
import type { ClientAccess } from "../../index.js";
import { serviceOf } from "../service-argument.js";

/** How to get into a hub. */
export interface HubAccess {
  readonly hub: string;
  /** The service, without anything secret. */
  readonly endpoint: string;
  readonly access: ClientAccess;
  /** What to do when the service does not take the token. */
  readonly hint: string;
}

interface Options {
  readonly hub?: string;
  readonly user?: string;
  readonly role?: readonly string[];
}

/** From a client access URL, or from a connection string, with which each session gets a token of its own. */
export const hubAccess = (text: string, options: Options, scheduler: SchedulerLike): HubAccess =>
  /^\w+:/.test(text) ? byUrl(text, options) : byConnectionString(text, options, scheduler);

function byUrl(text: string, { hub, user, role }: Options): HubAccess {
  const wrong = new Error("not a client access URL, which reads wss://HOST/client/hubs/HUB?access_token=…");
  if (!/^wss?:/i.test(text) || !URL.canParse(text)) throw wrong;
  if (user !== undefined || role !== undefined) {
    throw new Error("--user and --role go with a connection string: the token in a URL says who the user is");
  }
  const url = new URL(text);
  const [, name] = /\/client\/hubs\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  const named = decoded(name, wrong);
  if (hub !== undefined && named !== undefined && hub.toLowerCase() !== named.toLowerCase()) {
    throw new Error(`--hub ${hub}: the URL is for the hub ${named}; leave --hub out`);
  }
  return {
    hub: hub ?? named ?? url.host,
    endpoint: `${url.protocol}//${url.host}`,
    access: text,
    hint: "its token is wrong or has expired; rx-webpubsub token makes a new URL",
  };
}

function decoded(name: string | undefined, wrong: Error): string | undefined {
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    throw wrong;
  }
}

function byConnectionString(text: string, options: Options, scheduler: SchedulerLike): HubAccess {
  const service = serviceOf(text);
  const { hub, user, role } = options;
  if (hub === undefined) throw new Error("--hub is missing: a connection string does not say which hub to connect to");
  const wrong = invalidHubName(hub);
  if (wrong !== undefined) throw new Error(`--hub: ${wrong}`);
  const content = { hub, ...(user !== undefined && { userId: user }), ...(role && { roles: role }) };
  return {
    hub,
    endpoint: service.endpoint.replace(/^http/, "ws"),
    access: () => defer(() => of(clientAccessUrl(service, content, scheduler.now()))),
    hint: "the access key is not that of this service, or this machine's clock is wrong",
  };
}
