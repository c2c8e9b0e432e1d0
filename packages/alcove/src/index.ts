export {
  Application,
  type ApplicationOptions,
  type ApplicationSurroundings,
  createApplication,
} from "./application.js";
export { createLogger, type LoggerOptions, type LogLevel } from "./logging/logger.js";
export {
  type PreparedApplication,
  type PrepareOptions,
  prepareApplication,
  type SoundApplication,
  soundApplication,
} from "./prepare-application.js";
export { rehearseStart } from "./rehearse-start.js";
export { alcoveVersion } from "./version.js";
export { watchHandles } from "./watch-handles.js";
