import { tellZone } from "../zone/zone";
import { runConsole } from "./console";
import { followTheme } from "./dom";
import { followHandOvers } from "./hand_over";
import { runList } from "./list";

followTheme();
tellZone();
const list = document.querySelector<HTMLElement>("[data-assist-list]");
const live = document.querySelector<HTMLElement>("[data-testid=assist-console]");
if (list) runList(list);
if (live) runConsole(live); // first: the agent waits for the page
if (list || live) followHandOvers();
