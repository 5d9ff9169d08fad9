import ArgumentParser
import Glibc
import LocalStack

/// `farthing token`: signs a token for the local stack.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Prints a bearer token for the local stack.")

    @Option(help: "Whose accounts and payments one sees.")
    var tenant = "demo"

    @Option(help: "Who asks, as the audit trail will show.")
    var subject = "developer"

    @Option(
        name: .customLong("scope"),
        help: "A scope such as payments:read; may be repeated; every scope if none is given.")
    var scopes: [String] = []

    @Option(help: "For how many seconds it is good.")
    var ttl = 86_400

    func validate() throws {
        for scope in scopes where !DevelopmentToken.everyScope.contains(scope) {
            let known = DevelopmentToken.everyScope.joined(separator: ", ")
            throw ValidationError("'\(scope)' is none of \(known).")
        }
        if ttl < 1 { throw ValidationError("--ttl must be positive.") }
    }

    func run() async throws {
        let folder = StackFolder.nearest()
        guard access(folder.secretFile, R_OK) == 0 else {
            throw ValidationError("There is no stack in \(folder.path): run farthing up first.")
        }
        let token = try await DevelopmentToken.make(
            secret: Secrets(file: folder.secretFile).tokenSecret, tenant: tenant,
            subject: subject, scopes: scopes.isEmpty ? DevelopmentToken.everyScope : scopes,
            lifetime: .seconds(ttl))
        Terminal().line(token)
    }
}
