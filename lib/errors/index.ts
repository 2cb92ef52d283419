export { ClientStoppedError, ProtocolError, QueueOverflowError } from "./client-errors.js";
export {
  ConnectionError,
  type ConnectionCause,
  type ConnectionErrorCode,
  type ConnectionPhase,
} from "./connection-error.js";
export { SendMessageError, type SendMessageErrorCode } from "./send-message-error.js";
export { TimeoutError, type TimeoutErrorCode, type TimeoutOption } from "./timeout-error.js";
export { WebPubSubError } from "./web-pubsub-error.js";
