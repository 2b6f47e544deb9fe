import { expect } from "chai";
import { checkHost, hostFields, hostOf } from "../../settings/hostSettings";
import { rule } from "../../settings/asWritten";
import { structure } from "../../settings/values";

const connection = structure(hostFields, "write a map").check(rule(checkHost));
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx0yIr5aXw5";

/** Path and message of each thing that is wrong. */
function wrongIn(settings: Record<string, unknown>): string[] {
  const { error } = connection.safeParse(settings);
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

describe("settings of a machine that services run on", () => {
  it("take what ssh takes", () => {
    for (const host of ["shop", "deploy@shop.example", "ssh://deploy@shop.example:2222", "deploy@::1"])
      expect(wrongIn({ host, jump: host }), host).to.deep.equal([]);
    for (const key of [
      hostKey,
      `${hostKey} root@shop`,
      "ecdsa-sha2-nistp256 AAAA=",
      "sk-ssh-ed25519@openssh.com AA==",
    ])
      expect(wrongIn({ host: "shop", hostKeys: [key] }), key).to.deep.equal([]);
  });

  it("take no option and no second word for a host", () => {
    for (const host of ["", "-oProxyCommand=reboot", "shop reboot", "shop\nreboot", " shop"])
      expect(wrongIn({ host: "shop", jump: host }), host).to.deep.equal([
        "jump: write a host as ssh takes it, such as deploy@gate.example",
      ]);
    expect(wrongIn({ host: "-v" })).to.deep.equal([
      "host: write a host as ssh takes it, such as deploy@shop.example",
    ]);
  });

  it("take public keys alone, and at least one", () => {
    const aKey =
      "write a public key as ssh-keyscan prints it, without the host's name, such as ssh-ed25519 AAAAC3Nza…";
    for (const key of [`shop.example ${hostKey}`, "SHA256:abc", "ssh-ed25519", `${hostKey}\nssh-rsa AAAA`])
      expect(wrongIn({ host: "shop", hostKeys: [key] }), key).to.deep.equal([`hostKeys.0: ${aKey}`]);
    expect(wrongIn({ host: "shop", hostKeys: [] })).to.deep.equal([
      "hostKeys: name a public key, or leave the setting out",
    ]);
  });

  it("mean nothing without a host", () => {
    expect(wrongIn({ hostKeys: [hostKey], key: "deployKey", jump: "gate" })).to.deep.equal([
      "hostKeys: it needs a host: add `host`, or remove it",
      "key: it needs a host: add `host`, or remove it",
      "jump: it needs a host: add `host`, or remove it",
    ]);
    expect(hostOf({}, () => "unasked")).to.equal(undefined);
  });

  it("become a host, with the key that the secret holds", () => {
    const secret = (name: string) => `the secret ${name}`;
    expect(hostOf({ host: "shop" }, secret)).to.deep.equal({ address: "shop" });
    expect(
      hostOf({ host: "shop", hostKeys: [hostKey], key: "deployKey", jump: "gate" }, secret),
    ).to.deep.equal({ address: "shop", hostKeys: [hostKey], key: "the secret deployKey", jump: "gate" });
  });
});
