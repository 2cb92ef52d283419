import { showEntrance } from "./entrance.js";
import { visit } from "./room.js";
import { placeIn } from "./address.js";
import { find } from "./elements.js";

const place = placeIn(location.search);
if (place) {
  find("#room").hidden = false;
  visit(place).subscribe();
} else showEntrance();
