// @ts-check
// What `require("knowngood")` and `import … from "knowngood"` find: the components for a Pulumi program of the user's own.
// Each name stands here, since Node reads the names that an ES module may import without running this.

require("./toolchain/translateTypescript.cjs").load(__dirname);

const components = require("./components");

exports.assessRelease = components.assessRelease;
exports.CommandGate = components.CommandGate;
exports.DeployedRelease = components.DeployedRelease;
exports.ErrorRateGate = components.ErrorRateGate;
exports.HealthGate = components.HealthGate;
