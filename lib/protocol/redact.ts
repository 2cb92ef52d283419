const SECRET_PARAMETER = /((?:access_token|awps_reconnection_token)(?:=|%3D)|AccessKey\s*=\s*|Bearer\s+)[^&\s"'#;,]*/gi;
const SECRET_FIELD = /((["'])(?:reconnectionToken|access_token|token)\\?\2\s*:\s*\\?\2)(?:(?!\2)[^\\]|\\.)*/gi;
// Also one that was cut off before it was shown.
const JSON_WEB_TOKEN = /\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g;

const MASK = "***";

/** Takes tokens and access keys out of a text that is about to be logged or put into an error. */
export const redact = (text: string): string =>
  text.replace(SECRET_PARAMETER, `$1${MASK}`).replace(SECRET_FIELD, `$1${MASK}`).replace(JSON_WEB_TOKEN, MASK);

const EXCERPT_LENGTH = 120;

/** The beginning of a frame, fit to be shown: redacted first, so that no cut can leave half a token behind. */
export function excerpt(frame: string, length = EXCERPT_LENGTH): string {
  const text = redact(frame.slice(0, 8 * length));
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
