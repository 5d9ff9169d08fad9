import FoundationEssentials
import TestSupport
import Testing

@testable import ServiceHost

@Suite("A JWK set", .tags(.unit))
struct KeySetTests {
    private let good = SigningKey.ed25519("good")

    private func set(_ members: [[String: String]]) async throws -> KeySet {
        try await KeySet(jwks: Array(try jwks(members).utf8))
    }

    private func modulus(bytes: Int) -> String {
        Data([0xC1] + (2..<bytes).map { UInt8(truncatingIfNeeded: $0) } + [0x01]).base64URL
    }

    @Test("gives the keys that sign, each with its own algorithm, and says which it leaves out")
    func ignored() async throws {
        let ec = SigningKey.p256("ec")
        let cases: [([String: String], String)] = [
            (SigningKey.hmac("oct", Data(repeating: 1, count: 32)).member(), "symmetric"),
            (["kty": "RSA", "kid": "weak", "n": modulus(bytes: 128), "e": "AQAB"], "2048 bits"),
            (SigningKey.rsa.member(["alg": "PS256"]), "neither RS256"),
            (SigningKey.rsa.member(["alg": "HS256"]), "neither RS256"),
            (SigningKey.rsa.member(["alg": "ES256"]), "neither RS256"),
            (ec.member(["alg": "RS256"]), "neither RS256"),
            (ec.member(["crv": "P-384"]), "neither RS256"),
            (ec.member(["x": ec.jwk["y"] ?? ""]), "no such key"),
            (ec.member(["y": ""]), "is missing"),
            (good.member(["crv": "X25519", "kid": "x"]), "neither RS256"),
            (good.member(["x": "AAAA", "kid": "short"]), "no such key"),
            (good.member(), "another key has this kid"),
            (["kid": "nothing"], "no JWK"),
        ]
        for (member, reason) in cases {
            let set = try await set([good.member(), member])
            #expect(set.keys.map(\.id) == ["good"], "\(member)")
            #expect(set.ignored.count == 1 && set.ignored[0].contains(reason), "\(set.ignored)")
        }
        let strong = ["kty": "RSA", "kid": "strong", "n": modulus(bytes: 256), "e": "AQAB"]
        #expect(try await set([good.member(), strong]).keys.map(\.id) == ["good", "strong"])
    }

    @Test("says nothing of keys that are for something else")
    func otherUse() async throws {
        let text = """
            {"keys": [
                {"kty": "OKP", "crv": "Ed25519", "x": "\(good.jwk["x"] ?? "")", "kid": "signs",
                 "key_ops": ["sign"]},
                {"kty": "OKP", "crv": "Ed25519", "x": "\(good.jwk["x"] ?? "")", "kid": "verifies",
                 "key_ops": ["verify"], "use": "sig", "x5c": ["MII"], "nbf": 1, "extra": {}},
                {"kty": "OKP", "crv": "Ed25519", "x": "\(good.jwk["x"] ?? "")", "kid": "encrypts",
                 "use": "enc"}]}
            """
        let set = try await KeySet(jwks: Array(text.utf8))
        #expect(set.keys.map(\.id) == ["verifies"])
        #expect(set.ignored == [])
    }

    @Test(
        "is refused when nothing in it can be used",
        arguments: [
            "", "{", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[5]}"#,
            #"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#, #"{"keys":[{"kty":"RSA","n":5,"e":3}]}"#,
        ])
    func unusable(text: String) async throws {
        let error = await #expect(throws: HostError.self) {
            try await KeySet(jwks: Array(text.utf8))
        }
        #expect(error?.code == .tokenKeys)
    }

    @Test("is the same whatever the order of its keys, and another with another number in one")
    func identity() async throws {
        let other = SigningKey.p256("other")
        let keys = CurrentKeys()
        #expect(keys.confirm(try await set([good.member(), other.member()])))
        let first = keys.accepted
        #expect(!keys.confirm(try await set([other.member(), good.member()])))
        #expect(keys.accepted === first)
        #expect(keys.confirm(try await set([SigningKey.p256("other").member(), good.member()])))
        #expect(keys.accepted !== first)
    }
}
