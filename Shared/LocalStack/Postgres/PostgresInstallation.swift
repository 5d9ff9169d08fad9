import FoundationEssentials
import Glibc

/// The PostgreSQL programs of this machine.
struct PostgresInstallation: Sendable {
    /// Major version.
    let version: Int
    /// The directory with `initdb` and `postgres`.
    let binaries: String

    /// Where Debian puts one directory per major version.
    private static let root = "/usr/lib/postgresql"

    /// The newest installed version, or the one that wrote an existing data directory.
    /// Throws `LocalStackError.missing`.
    static func find(writing dataVersion: Int? = nil) throws -> PostgresInstallation {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let installed = names.compactMap { Int($0) }.sorted().map {
            PostgresInstallation(version: $0, binaries: "\(root)/\($0)/bin")
        }.filter { access("\($0.binaries)/initdb", X_OK) == 0 }
        if let dataVersion {
            guard let match = installed.first(where: { $0.version == dataVersion }) else {
                throw LocalStackError(
                    .missing,
                    "the data were written by PostgreSQL \(dataVersion), which is not installed: "
                        + "install postgresql-\(dataVersion)")
            }
            return match
        }
        guard let newest = installed.last else {
            throw LocalStackError(.missing, "PostgreSQL is not installed: install postgresql")
        }
        return newest
    }
}
