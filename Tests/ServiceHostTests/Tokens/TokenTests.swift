import CryptoExtras
import FoundationEssentials
import TestSupport
import Testing

@testable import ServiceHost

@Suite("A token of an identity provider", .tags(.unit))
struct TokenTests {
    private let rsa = SigningKey.rsa
    private let p256 = SigningKey.p256("ec")
    private let ed25519 = SigningKey.ed25519("ed")
    private let foreign = "The token is not one of ours."

    private var members: [[String: String]] { [rsa, p256, ed25519].map { $0.member() } }

    @Test("is accepted with RS256, ES256 and EdDSA, whether its key says so or not")
    func accepts() async throws {
        for alg in [nil, ""] {
            let change = alg.map { ["alg": $0] } ?? [:]
            try await KeyFile.with([rsa, p256, ed25519].map { $0.member(change) }) { file in
                let authenticator = try await file.authenticator()
                for key in [rsa, p256, ed25519] {
                    let caller = try await authenticator.caller(of: "Bearer \(try key.token())")
                    #expect(caller.tenant == "acme")
                    #expect(caller.scopes == [.ledgerRead, .ledgerWrite, .operator])
                }
            }
        }
    }

    @Test("is refused with another key, another algorithm, or a secret that everybody knows")
    func forged() async throws {
        let rsaKey = try #require(SigningKey.rsaKey)
        let pem = rsaKey.publicKey.pemRepresentation
        let pss = SigningKey(id: "rsa", algorithm: "PS256", jwk: [:]) { text in
            try rsaKey.signature(for: SHA256.hash(data: text), padding: .PSS).rawRepresentation
        }
        let rs512 = SigningKey(id: "rsa", algorithm: "RS512", jwk: [:]) { text in
            try rsaKey.signature(for: SHA512.hash(data: text), padding: .insecurePKCS1v1_5)
                .rawRepresentation
        }
        let unsigned = SigningKey(id: "rsa", algorithm: "none", jwk: [:]) { _ in Data() }
        var forgeries: [String: String] = [
            "wrong RSA key": try SigningKey.rsa("rsa", SigningKey.otherRSA).token(),
            "wrong P-256 key": try SigningKey.p256("ec").token(),
            "wrong Ed25519 key": try SigningKey.ed25519("ed").token(),
            "unknown key": try SigningKey.p256("stranger").token(),
            "no kid, and three keys": try rsa.token(header: ["kid": ""]),
            "kid of another key": try p256.token(header: ["kid": "rsa"]),
            "kid of another key, and its algorithm": try p256.token(
                header: ["kid": "rsa", "alg": "RS256"]),
            "algorithm that lies": try rsa.token(header: ["alg": "ES256"]),
            "algorithm that lies by its case": try rsa.token(header: ["alg": "rs256"]),
            "no algorithm": try rsa.token(header: ["alg": ""]),
            "PS256": try pss.token(),
            "PS256 that says RS256": try pss.token(header: ["alg": "RS256"]),
            "RS512": try rs512.token(),
            "none": try unsigned.token(),
            "none, without kid": try unsigned.token(header: ["kid": ""]),
            "no signature": try unsigned.token(header: ["alg": "RS256"]),
            "no signature of P-256": try unsigned.token(header: ["alg": "ES256", "kid": "ec"]),
        ]
        for (name, secret) in ["PEM": pem, "stripped PEM": pem + "\n", "n": rsa.jwk["n"] ?? ""] {
            let hmac = SigningKey.hmac("rsa", Data(secret.utf8))
            forgeries["HS256 with the public key as \(name)"] = try hmac.token()
            forgeries["the same without kid, as \(name)"] = try hmac.token(header: ["kid": ""])
            forgeries["the same that says RS256, as \(name)"] = try hmac.token(
                header: ["alg": "RS256"])
        }
        try await KeyFile.with(members) { file in
            let authenticator = try await file.authenticator()
            for (name, token) in forgeries {
                #expect(await authenticator.fault(of: token) == foreign, "\(name)")
            }
            #expect(await authenticator.fault(of: try rsa.token()) == nil)
        }
    }

    @Test("is refused if it must be understood in a way that nobody here knows")
    func critical() async throws {
        try await KeyFile.with(members) { file in
            let authenticator = try await file.authenticator()
            let header = Data(#"{"alg":"EdDSA","kid":"ed","crit":["exp"]}"#.utf8).base64URL
            let body = try JSONEncoder().encode(TestClaims()).base64URL
            let signature = try ed25519.sign(Data("\(header).\(body)".utf8)).base64URL
            #expect(await authenticator.fault(of: "\(header).\(body).\(signature)") == foreign)
        }
    }

    @Test("need not name its key where there is one that can be used, and not two")
    func unnamed() async throws {
        let secret = SigningKey.hmac("oct", Data(repeating: 7, count: 32))
        let encryption = rsa.member(["use": "enc"])
        let token = try p256.token(header: ["kid": ""])
        try await KeyFile.with([p256.member(), secret.member(), encryption]) { file in
            let authenticator = try await file.authenticator()
            #expect(await authenticator.fault(of: token) == nil)
            #expect(await authenticator.fault(of: try p256.token()) == nil)
            #expect(await authenticator.fault(of: try rsa.token()) == foreign, "it encrypts")
            #expect(await authenticator.fault(of: try secret.token()) == foreign)
            #expect(
                await authenticator.fault(of: try ed25519.token(header: ["kid": ""])) == foreign)
        }
        try await KeyFile.with([p256.member(), ed25519.member()]) { file in
            let authenticator = try await file.authenticator()
            #expect(await authenticator.fault(of: token) == foreign)
        }
    }

    @Test("is refused before its time, after it, from another issuer, and for somebody else")
    func claims() async throws {
        let issuer = "The token is not from our issuer."
        let audience = "The token is not meant for us."
        let now = Int(Date().timeIntervalSince1970)
        let cases: [(String?, @Sendable (inout TestClaims) -> Void)] = [
            (nil, { _ in }),
            (nil, { $0.aud = .several(["others", "farthing"]) }),
            ("The token has expired.", { $0.exp = now - 1 }),
            ("The token is not valid yet.", { $0.nbf = now + 300 }),
            (issuer, { $0.iss = "https://id.test/" }),
            (issuer, { $0.iss = nil }),
            (audience, { $0.aud = .one("farthing.example") }),
            (audience, { $0.aud = .several(["others"]) }),
            (audience, { $0.aud = .several([]) }),
            (audience, { $0.aud = nil }),
        ]
        try await KeyFile.with(members) { file in
            let authenticator = try await file.authenticator()
            for (index, (fault, change)) in cases.enumerated() {
                var claims = TestClaims()
                change(&claims)
                for key in [rsa, ed25519] {
                    let token = try key.token(claims)
                    #expect(await authenticator.fault(of: token) == fault, "case \(index)")
                }
            }
            var anybody = TestClaims()
            anybody.iss = nil
            let lenient = try await file.authenticator(issuer: nil)
            #expect(await lenient.fault(of: try p256.token(anybody)) == nil)
        }
    }
}
