import JWTKit

/// A key with the one algorithm that it is used with: a token that names another was not signed
/// with it, whatever its signature says (RFC 8725 §3.1).
struct TokenKey: Sendable {
    let id: String?
    let algorithm: TokenAlgorithm
    /// The numbers of the key, to know it by.
    let material: [String]
    /// Has this key alone, so that nothing of a token's header has a say in which one it takes.
    private let verifier: JWTKeyCollection

    init(secret: String) async {
        id = nil
        algorithm = .hs256
        material = [secret]
        verifier = await JWTKeyCollection().add(
            hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
    }

    init(id: String?, modulus: String, exponent: String) async throws {
        self.id = id
        algorithm = .rs256
        material = [modulus, exponent]
        verifier = await JWTKeyCollection().add(
            rsa: try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent),
            digestAlgorithm: .sha256)
    }

    init(id: String?, p256 x: String, _ y: String) async throws {
        self.id = id
        algorithm = .es256
        material = [x, y]
        verifier = await JWTKeyCollection().add(
            ecdsa: try ES256PublicKey(parameters: (x: x, y: y)))
    }

    init(id: String?, ed25519 x: String) async throws {
        self.id = id
        algorithm = .edDSA
        material = [x]
        verifier = await JWTKeyCollection().add(
            eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519))
    }

    /// Throws `JWTError`, and what the key throws for a signature that it cannot read.
    func claims(of token: [UInt8]) async throws -> TokenClaims {
        try await verifier.verify(token, as: TokenClaims.self)
    }
}

extension TokenKey: Hashable {
    static func == (one: TokenKey, other: TokenKey) -> Bool {
        one.id == other.id && one.algorithm == other.algorithm && one.material == other.material
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(algorithm)
        hasher.combine(material)
    }
}
