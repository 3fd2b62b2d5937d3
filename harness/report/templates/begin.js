"use strict";
// The page is complete without this: it builds the ledger and what is folded when they are wanted.
const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
