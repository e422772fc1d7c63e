import { tellZone } from "./zone";

tellZone();
