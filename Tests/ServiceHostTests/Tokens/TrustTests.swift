import TestSupport
import Testing

@testable import ServiceHost

@Suite("Whose tokens are accepted", .tags(.unit))
struct TrustTests {
    private let secret = String(repeating: "s", count: 32)

    private func trust(_ variables: [String: String]) throws -> TokenTrust {
        try HostConfiguration.fromEnvironment(
            service: "ledger",
            variables.merging([
                "DATABASE_URL": "postgres://a:b@c/d", "KAFKA_BOOTSTRAP": "k:9092",
                "HTTP_PORT": "0",
            ]) { $1 }
        ).tokens
    }

    @Test("is told by one source of keys, and by an issuer and an audience")
    func sources() throws {
        #expect(try trust(["JWT_HS256_SECRET": secret]) == TokenTrust(keys: .secret(secret)))
        #expect(
            try trust(["JWT_HS256_SECRET": secret, "JWT_ISSUER": "i", "JWT_AUDIENCE": "a"])
                == TokenTrust(keys: .secret(secret), issuer: "i", audience: "a"))
        #expect(
            try trust(["JWT_JWKS_FILE": "/keys", "JWT_AUDIENCE": "a"])
                == TokenTrust(keys: .file("/keys"), audience: "a"))
        let url = "https://id.test/jwks"
        #expect(
            try trust(["JWT_JWKS_URL": url, "JWT_AUDIENCE": "a"]).keys
                == .url(try JWKSAddress(url), refresh: .seconds(300)))
        #expect(
            try trust([
                "JWT_JWKS_URL": url, "JWT_AUDIENCE": "a", "JWT_JWKS_REFRESH_SECONDS": "60",
            ]).keys == .url(try JWKSAddress(url), refresh: .seconds(60)))
    }

    @Test("is refused in one line when there are no keys, or two sources of them")
    func exactlyOne() throws {
        let sources = [
            "JWT_HS256_SECRET": secret, "JWT_JWKS_FILE": "/keys",
            "JWT_JWKS_URL": "https://id.test/jwks",
        ]
        var combinations = sources.keys.map { left in sources.filter { $0.key != left } }
        combinations += [[:], sources, ["JWT_JWKS_URL": ""]]
        for variables in combinations {
            let error = #expect(throws: HostError.self) {
                try trust(variables.merging(["JWT_AUDIENCE": "a"]) { $1 })
            }
            #expect(
                error?.description == """
                    ledger: JWT_JWKS_URL, JWT_JWKS_FILE, JWT_HS256_SECRET: exactly one of them \
                    must be set
                    """)
        }
    }

    @Test("with a set of keys must be told for whom tokens are meant")
    func audience() throws {
        for source in ["JWT_JWKS_FILE": "/keys", "JWT_JWKS_URL": "https://id.test/jwks"] {
            let error = #expect(throws: HostError.self) { try trust([source.key: source.value]) }
            #expect(error?.description.hasPrefix("ledger: JWT_AUDIENCE is not set") == true)
        }
    }

    @Test(
        "is fetched by https, or from this machine",
        arguments: [
            ("https://id.test/jwks", true), ("HTTPS://id.test:8443/jwks?x=y", true),
            ("http://127.0.0.1:80/jwks", true), ("http://127.9.9.9/", true),
            ("http://localhost:1/jwks", true), ("http://[::1]:80/jwks", true),
            ("http://id.test/jwks", false), ("http://localhost.id.test/jwks", false),
            ("http://127.0.0.1.id.test/jwks", false), ("http://127.id.test.1/jwks", false),
            ("http://127.0.0.1@id.test/jwks", false), ("https://me:secret@id.test/jwks", false),
            ("http://[::2]/jwks", false), ("http://10.0.0.1/jwks", false),
            ("file:///etc/jwks", false), ("ftp://127.0.0.1/jwks", false), ("id.test", false),
            ("https://", false), ("https:///jwks", false), ("no URL", false),
        ])
    func addresses(url: String, isGood: Bool) throws {
        if isGood {
            _ = try JWKSAddress(url)
        } else {
            let error = #expect(throws: HostError.self) { try JWKSAddress(url) }
            #expect(error?.code == .configuration)
            #expect(error?.description.hasPrefix("JWT_JWKS_URL") == true)
        }
    }
}
