const UNSEEN = /[^\P{Cc}\t]|[\u2028-\u202e\u2066-\u2069]/gu;

/** A text from elsewhere in one line, with nothing in it that would steer the terminal or deceive the eye. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : escaped;
  });
