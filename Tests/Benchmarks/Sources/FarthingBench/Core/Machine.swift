import Foundation
import LocalStack
import Postgres

/// Under what circumstances a run's figures came about.
struct Machine: Codable, Sendable, CustomStringConvertible {
    let cores: Int
    let processor: String
    let memoryGigabytes: Int
    let kernel: String
    /// What the databases are written to.
    let fileSystem: String
    /// The load of the last minute when the run began: more than a little, and the figures are
    /// somebody else's too.
    let load: Double
    let postgres: String
    let commit: String
    let durability: [String: String]

    var description: String {
        let settings = durability.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return """
            \(cores) cores of \(processor), \(memoryGigabytes) GB, Linux \(kernel), \(fileSystem)
            PostgreSQL \(postgres), \(settings.joined(separator: ", "))
            Farthing \(commit), load before the run \(String(format: "%.2f", load))
            """
    }

    /// Describes this machine. Throws if its PostgreSQL, as the stack starts it, is not durable, or
    /// its disk is in memory: the figures would flatter us.
    static func describe(on place: Place) async throws -> Machine {
        let load = firstWord("/proc/loadavg")
        let fileSystem = try await words(
            "/usr/bin/stat", "-f", "-c", "%T", place.directory, in: place)
        guard fileSystem != "tmpfs" else {
            throw BenchError("\(place.directory) is in memory: a durable write costs nothing there")
        }
        let stores = try await Stores.start(in: place)
        let durability = Result { try Durability.require(on: stores.url("postgres")) }
        let version = Result { try Durability.show("server_version", stores.url("postgres")) }
        await stores.stop()
        let commit = try? await words(
            "/usr/bin/git", "-C", Place.root, "describe", "--always", "--dirty", in: place)
        return Machine(
            cores: ProcessInfo.processInfo.activeProcessorCount,
            processor: Self.processor,
            memoryGigabytes: Int(
                (Double(ProcessInfo.processInfo.physicalMemory) / 1e9).rounded()),
            kernel: firstWord("/proc/sys/kernel/osrelease"), fileSystem: fileSystem,
            load: Double(load) ?? 0,
            postgres: try version.get(),
            commit: commit ?? "unknown",
            durability: try durability.get())
    }

    private static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n")
        let line = lines?.first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    }

    private static func firstWord(_ path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }

    private static func words(
        _ program: String, _ arguments: String..., in place: Place
    ) async throws -> String {
        try await Program(program, arguments).run(in: place)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// The settings without which a commit is only a promise.
enum Durability {
    private static let settings = ["fsync", "synchronous_commit", "full_page_writes"]

    /// Reads them. Throws if one is off.
    static func require(on url: String) throws -> [String: String] {
        var values: [String: String] = [:]
        for setting in settings {
            let value = try show(setting, url)
            guard value == "on" else {
                throw BenchError("\(setting) is \(value): not measured")
            }
            values[setting] = value
        }
        return values
    }

    static func show(_ setting: String, _ url: String) throws -> String {
        let rows = try Connection(url: url).query("SHOW \(setting)")
        return try rows.first?.read(0) ?? "unknown"
    }
}
