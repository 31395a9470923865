import { embeddedDriver } from "../../src/cli/driver_cache.ts";

try {
  console.log(await embeddedDriver());
} catch (error) {
  console.log(String(error));
}
