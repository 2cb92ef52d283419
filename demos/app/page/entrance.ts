import { ROOM_PATTERN, USER_PATTERN } from "../shared/place.js";
import { find } from "./elements.js";

/** A form that needs no script: what is typed becomes the page's address. */
export function showEntrance(): void {
  const form = find("#entrance");
  const limit = (name: string, pattern: string, title: string): void => {
    const input = find(`input[name=${name}]`, form, HTMLInputElement);
    input.pattern = pattern;
    input.title = title;
  };
  limit("user", USER_PATTERN, "letters, digits, spaces, dots and dashes");
  limit("room", ROOM_PATTERN, "small letters, digits and dashes");
  form.hidden = false;
}
