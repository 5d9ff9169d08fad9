import FoundationEssentials
import Glibc

/// Where PostgreSQL's data can be.
///
/// As root we run it as the user `postgres`, who may not enter a clone below /root. The data then
/// go below /var/lib/farthing, and a link stands where they were wanted. The name there is random:
/// whoever removes `.farthing` and begins anew does not meet old data with forgotten passwords.
public enum PostgresDirectory {
    /// Where data go that `postgres` could not reach elsewhere.
    public static let refuge = "/var/lib/farthing"

    /// Whether the user that PostgreSQL runs as can reach what lies in a directory.
    public static func isReachable(_ directory: String) -> Bool {
        guard geteuid() == 0 else { return true }
        var path = URL(filePath: directory)
        while path.path.count > 1 {
            var information = stat()
            if stat(path.path, &information) == 0, information.st_mode & 0o001 == 0 {
                return false
            }
            path.deleteLastPathComponent()
        }
        return true
    }

    /// Removes a directory of data, also where it is a link to one.
    public static func remove(_ directory: String) {
        let files = FileManager.default
        if let target = try? files.destinationOfSymbolicLink(atPath: directory) {
            try? files.removeItem(atPath: target)
        }
        try? files.removeItem(atPath: directory)
    }

    /// The directory itself, or what it links to, or a new link's target.
    static func resolve(_ directory: String) throws -> String {
        let files = FileManager.default
        if let target = try? files.destinationOfSymbolicLink(atPath: directory) { return target }
        let parent = URL(filePath: directory).deletingLastPathComponent().path
        guard !isReachable(parent) else { return directory }
        try files.createDirectory(atPath: refuge, withIntermediateDirectories: true)
        chmod(refuge, 0o755)
        let target = "\(refuge)/\(UInt64.random(in: 0...UInt64.max))"
        try files.createSymbolicLink(atPath: directory, withDestinationPath: target)
        return target
    }
}
