import { excerpt } from "../protocol/redact.js";
import { loggerNamed } from "../logging/logger.js";
import type { UpgradeRequest } from "./handshake.js";
import type { Frame, Link, LinkEvents } from "./link.js";
import type { Admission } from "./service.js";

// On, like the client's, by `AZURE_LOG_LEVEL=verbose` or `setLogLevel` of `@azure/logger`.
const { verbose } = loggerNamed("rx-webpubsub:emulator");

const SHOWN_LENGTH = 500;

/** Makes admissions tell the log about the request, the frames of the link and how that ends. */
export function trafficLog(): (request: UpgradeRequest, admission: Admission) => Admission {
  let links = 0;
  return ({ target, offered }, admission) => {
    const asked = (): string => `${target} ${offered.join(", ") || "without a subprotocol"}`;
    if ("status" in admission) {
      verbose(() => `refused with ${admission.status}: ${asked()}`);
      return admission;
    }
    return {
      ...admission,
      open: (link) => {
        const name = `#${++links}`;
        verbose(() => `${name} opens ${asked()}`);
        return loggedEvents(name, admission.open(loggedLink(name, link)));
      },
      abandon: () => {
        verbose(() => `gone before it opened: ${asked()}`);
        admission.abandon();
      },
    };
  };
}

const loggedLink = (name: string, link: Link): Link => ({
  get backlog() {
    return link.backlog;
  },
  send: (frame) => {
    verbose(() => `${name} → ${show(frame)}`);
    link.send(frame);
  },
  close: (code, reason) => {
    verbose(() => `${name} → close ${code} ${reason}`.trimEnd());
    link.close(code, reason);
  },
  abort: () => {
    verbose(() => `${name} is cut off`);
    link.abort();
  },
});

const loggedEvents = (name: string, events: LinkEvents): LinkEvents => ({
  frame: (frame) => {
    verbose(() => `${name} ← ${show(frame)}`);
    events.frame(frame);
  },
  closed: (code, endedBy, reason) => {
    verbose(() => `${name} closed ${code}`);
    events.closed(code, endedBy, reason);
  },
});

const show = (frame: Frame): string =>
  typeof frame === "string" ? excerpt(frame, SHOWN_LENGTH) : `${frame.byteLength} bytes`;
