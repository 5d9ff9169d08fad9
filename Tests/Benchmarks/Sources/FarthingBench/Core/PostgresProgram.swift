import Foundation

/// PostgreSQL's own client programs, of the newest version that is installed.
enum PostgresProgram {
    private static let root = "/usr/lib/postgresql"

    /// Throws `BenchError` if it is not installed.
    static func locate(_ name: String) throws -> String {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted(by: >)
        for version in newest {
            let path = "\(root)/\(version)/bin/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw BenchError("\(name) is not installed: install postgresql-client")
    }
}
