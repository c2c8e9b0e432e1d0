export { type InCodePlugin, writeInCodePlugin as writePlugin } from "@alcove/testing";
