import Foundation
import LocalStack

/// A program of others that is run to its end, and what it says.
struct Program: Sendable {
    let executable: String
    let arguments: [String]

    init(_ executable: String, _ arguments: [String] = []) {
        self.executable = executable
        self.arguments = arguments
    }

    /// Gives what it wrote. Throws `LocalStackError.died` with its last words if it fails.
    func run(in place: Place) async throws -> String {
        let log = try place.folder("program") + "/output"
        let name = URL(filePath: executable).lastPathComponent
        try await ProcessCommand(
            executable, arguments, workingDirectory: "/", log: log, parentDeathSignal: .kill
        ).run(name)
        return try String(contentsOfFile: log, encoding: .utf8)
    }
}
