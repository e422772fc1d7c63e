import { wireCopy } from "../console/copy";
import { followTheme } from "../console/dom";
import { tellZone } from "../zone/zone";
import { findInSession } from "./finder";
import { suggestPeople } from "./mentions";
import { pinNotes } from "./notes";
import { watchList, watchPage } from "./progress";
import { keepDrafts } from "./returns";
import { Review } from "./review";

followTheme();
tellZone();
const page = document.querySelector<HTMLElement>("[data-review]");
if (page) {
  keepDrafts(page);
  const review = new Review(page);
  watchPage(page, () => void review.check());
  pinNotes(page);
  findInSession(page);
  suggestPeople(page);
}
const list = document.querySelector<HTMLElement>("[data-states-url]");
if (list) watchList(list);
const link = document.querySelector<HTMLElement>("[data-copies]");
if (link) wireCopy(link);
