import Foundation
import Postgres

/// The stack that `deploy/local/up --detach` started, as `.farthing/stack.env` describes it.
struct RunningStack: Sendable {
    let payment: String
    let billing: String
    let ledger: String
    let token: String
    let databases: [String]

    static func fromEnvironment() throws -> RunningStack {
        func variable(_ name: String) throws -> String {
            guard let value = ProcessInfo.processInfo.environment[name] else {
                throw Client.Failed(
                    description: "\(name) is not set: run `. .farthing/stack.env` first")
            }
            return value
        }
        return RunningStack(
            payment: try variable("FARTHING_PAYMENT_URL"),
            billing: try variable("FARTHING_BILLING_URL"),
            ledger: try variable("FARTHING_LEDGER_URL"),
            token: try variable("FARTHING_TOKEN"),
            databases: [
                try variable("FARTHING_PAYMENT_DB"), try variable("FARTHING_BILLING_DB"),
                try variable("FARTHING_LEDGER_DB"),
            ])
    }

    /// Throws unless every database writes durably: a figure without fsync would flatter us.
    func refuseUnlessDurable() throws {
        for url in databases {
            for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                let value = try Self.show(setting, of: url)
                guard value == "on" else {
                    throw Client.Failed(description: "\(setting) is \(value): not measured")
                }
            }
        }
    }

    /// Machine, versions and durability, in one line.
    var machine: String {
        let version = (try? Self.show("server_version", of: databases[0])) ?? "unknown"
        let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return "\(cores) cores, \(processor ?? "unknown CPU"), PostgreSQL \(version), "
            + "fsync on, synchronous_commit on"
    }

    private static func show(_ setting: String, of url: String) throws -> String {
        let connection = try Connection(url: url)
        return try connection.query("SHOW \(setting)").first?.read(0) ?? "unknown"
    }
}
