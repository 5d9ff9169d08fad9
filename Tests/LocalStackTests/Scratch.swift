import FoundationEssentials
import TestSupport

/// Directories for one test each.
enum Scratch {
    static func directory() throws -> String {
        let path = try TestRun.directory() + "/\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
